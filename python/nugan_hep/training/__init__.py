"""Training: configuration, one loop, a module for each family of networks, checkpoints."""
