"""How close generated events are to a reference sample: metrics, references, figures."""
