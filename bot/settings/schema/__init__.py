"""The shape of every configuration file, one module a file.

The models are the single source: loading, the JSON Schema that editors use and the configuration
reference in docs/ all come from them. Field docstrings are written for operators.
"""
