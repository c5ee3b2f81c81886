"""Numbers of nature; TorchScript finds them as attributes of a module, not as globals."""

ALPHA = 1.0 / 137.035999
HBARC2 = 389379.37
"""(hbar c)^2 in GeV^2 nb."""
NUCLEON_MASS = 0.93892
"""GeV, mean of proton and neutron."""
PION_MASS = 0.140
DELTA_MASS = 1.232
MU_P, MU_N = 2.793, 1.913
"""Magnetic moments of proton and (its size) neutron."""
DIPOLE = 0.62
"""GeV2, of the closed form: a little below that of the free nucleon."""
LARGEST_LOGARITHM = 20.0
"""Of a correction."""
