"""A WeCom in a box, on loopback: the platform's API, its callbacks, a chat in the browser.

It is as strict as the platform and knows the platform's rules from its own copy of the facts.
Nothing in here reaches Tencent, and nothing outside here may depend on it being present.
"""
