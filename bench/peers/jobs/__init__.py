"""The same two jobs for each product, as its users write them; each file runs in the product's own environment."""
