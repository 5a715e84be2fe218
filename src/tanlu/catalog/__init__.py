"""Read the reviewed tables of tanlu/data into domain values."""
