"""WeChat customer service (微信客服) on the simulated platform: sessions, messages, hand-over."""
