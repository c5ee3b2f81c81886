"""Training by chi2: errors and nuisances of the points, the loop, transfer to other nuclei, scores."""
