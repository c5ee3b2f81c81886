"""The hadrons that leave the nucleus: topology, remnant and momenta given the lepton, with an exact density."""
