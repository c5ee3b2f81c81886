"""Adversarial training: configuration, losses, one step, checkpoints, the loop."""
