"""Measured points and what is known before any network: files, nuclei, kinematics, splits, the hull."""
