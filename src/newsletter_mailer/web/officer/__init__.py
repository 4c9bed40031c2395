"""The officer's own pages beside the readers' ones: how campaigns fare, and their reports; for nobody else."""
