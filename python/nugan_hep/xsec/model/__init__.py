"""Networks around a closed form of the cross section, their archives and predictions."""
