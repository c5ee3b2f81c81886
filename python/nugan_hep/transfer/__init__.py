"""Transfer from few events: the ratio of two densities as a smooth function, and events that follow it."""
