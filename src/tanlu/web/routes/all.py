"""Every router of pages, in the order of the rail."""

from tanlu.web.routes import assets, jobs, login, overview, roadmap, targets, trace

ROUTERS = (
    assets.router,
    overview.router,
    targets.router,
    roadmap.router,
    trace.router,
    jobs.router,
    login.router,
)
