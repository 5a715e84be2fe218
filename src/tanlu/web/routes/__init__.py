"""One module per screen: its routes, nothing else."""
