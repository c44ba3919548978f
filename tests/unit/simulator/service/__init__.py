"""WeChat customer service on the simulated platform."""
