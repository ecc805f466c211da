"""The page in a browser on which people check and correct labels: one passage at a time, each press kept at once.

A classifier is as good as the people who correct it. So correcting has to be quick, pleasant and safe: nothing that
was judged is lost when a browser or a machine dies, nobody sees the labels of another before giving their own, and no
other page in the browser can write a label.
"""
