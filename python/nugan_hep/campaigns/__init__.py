"""Campaigns: many files of one long run, made by whoever, whenever, in whatever order.

A campaign is the events of one ``nugan-sample`` cut by their numbers. Its folder has ``manifest.json``, which
says what is drawn and, of every file, range, SHA-256, events, POT and cross section, and the files. Dask
hands the work out.
"""
