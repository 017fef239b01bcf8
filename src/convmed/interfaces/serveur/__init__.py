"""The server: the pages and the API put together, behind what keeps them safe."""
