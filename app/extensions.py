"""The Flask extensions, made once and bound to the application in `create_app`."""

from __future__ import annotations

from flask_babel import Babel
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase

from app.columns import metadata


class Model(DeclarativeBase):
    """The base of every table: one metadata, one naming convention."""

    metadata = metadata


db = SQLAlchemy(model_class=Model)
migrate = Migrate(render_as_batch=True)
babel = Babel()
csrf = CSRFProtect()
compress = Compress()
limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
