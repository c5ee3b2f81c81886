"""The hadrons that leave the nucleus, given the lepton: sampling and exact density."""
