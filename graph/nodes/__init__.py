"""One file a kind of step. A kind says everything about itself; the catalogue lists them in order."""
