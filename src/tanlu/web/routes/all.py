"""Every router of pages, in the order of the rail."""

from tanlu.web.routes import (
    assets,
    imports,
    jobs,
    login,
    overview,
    reports,
    roadmap,
    targets,
    trace,
)

ROUTERS = (
    assets.router,
    overview.router,
    imports.router,
    targets.router,
    roadmap.router,
    reports.router,
    trace.router,
    jobs.router,
    login.router,
)
