"""What the course needs beside the library: data, networks, and the commands behind make."""
