"""Pages of campaigns: all of them, one, and the form that writes one."""
