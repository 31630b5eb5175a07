"""The exercises of the course, one file each: `microgradphys exercise NAME` writes the file that a student fills in."""
