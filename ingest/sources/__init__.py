"""Where videos come from: each source yields local files with a stable id."""
