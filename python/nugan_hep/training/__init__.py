"""Training of any family of networks: configuration, one loop, validation, checkpoints."""
