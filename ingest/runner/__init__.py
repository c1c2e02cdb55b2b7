"""Work in processes of its own, under limits of memory and CPU time."""
