"""The commands of ``python -m nugan_hep.xsec``, a module each: ``add_arguments`` and ``run``."""
