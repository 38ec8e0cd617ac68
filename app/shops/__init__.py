"""The platforms that a shop can be built on, one file each: verify, identify, read. No database."""
