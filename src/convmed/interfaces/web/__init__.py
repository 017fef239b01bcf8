"""The web application: pages in French, made on the server; each works without a script, and better with one."""
