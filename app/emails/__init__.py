"""From a design to a mail: blocks, wording, the frame around it."""
