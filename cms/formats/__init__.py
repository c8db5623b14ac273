"""Formats of exchange: pure functions between bytes and values, which import nothing of the rest.

xliff   XLIFF 1.2, in which translators work with tools of their own
"""
