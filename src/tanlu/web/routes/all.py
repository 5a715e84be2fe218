"""Every router of pages, in the order of the rail."""

from tanlu.web.routes import assets, jobs, login, overview, trace

ROUTERS = (assets.router, overview.router, trace.router, jobs.router, login.router)
