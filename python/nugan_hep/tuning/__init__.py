"""Learning from measured cross sections: a smooth factor on d2sigma, with its uncertainty.

The way of the data: :mod:`prior` (what the factor may look like), :mod:`response` (events in the bins of the
measurements), :mod:`likelihood` (how the covariance counts), :mod:`fit` (the most probable factor and the
evidence), :mod:`posterior` (replicas), :mod:`saved` (the folder of a run).
"""
