"""Customer contact (客户联系): customers, customer groups, tags, ways in, and mass sends.

Whatever an app does by a call raises no event; whatever a person does by hand raises one (96361).
"""
