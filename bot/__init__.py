"""Yutang 鱼塘: one service that runs a brand's WeChat / WeCom communities."""

__version__ = "0.1.0"
