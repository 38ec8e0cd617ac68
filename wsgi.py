"""What the web server loads: the application with its pages."""

from app import create_app, memory, views

app = create_app()
views.register(app)
memory.settle()
