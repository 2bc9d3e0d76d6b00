"""What the product meets outside: MESH, and the systems and people of GP practices.

Programs of their own, over HTTP, that know nothing of the product; it knows nothing of them but their addresses.
"""
