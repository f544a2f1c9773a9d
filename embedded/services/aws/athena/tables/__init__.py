"""Tables of the catalogue and the files behind them."""
