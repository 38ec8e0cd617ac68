"""Peers: what others make of the same work, run beside ours on the same machine."""
