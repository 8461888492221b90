"""What runs beside the web: RQ workers that answer bells, and the clock that rings them."""
