"""What all parts of the embedded stack build on; it imports none of them."""
