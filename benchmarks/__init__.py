"""Speed of nugan-hep against what the arithmetic must cost on the same machine: ``python -m benchmarks``."""
