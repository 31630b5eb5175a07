"""Functions as straight-line source: recorded, made simpler, written down, and run."""
