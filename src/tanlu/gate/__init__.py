"""What pages and API share at the door: who asks, in which language; what is refused.

No page and no JSON route is written here.
"""
