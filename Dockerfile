# Parley in a container: `docker build -t parley .`, then `docker run --env-file .env -v parley:/data parley`.

FROM python:3.13-slim-bookworm AS builder
COPY requirements.lock .
RUN python -m venv /opt/parley \
    && /opt/parley/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.13-slim-bookworm
# A number, so that Kubernetes can tell that it is not root, and that files on a mounted volume keep their owner.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin parley && install -d -o parley /data
COPY --from=builder /opt/parley /opt/parley
WORKDIR /srv/parley
COPY bot bot
COPY migrations migrations
# The fonts are listed here, once, and not for the first chart.
ENV MPLCONFIGDIR=/srv/parley/.matplotlib
RUN /opt/parley/bin/python -m compileall -q bot migrations && /opt/parley/bin/python -c 'import matplotlib.font_manager'

ENV PATH=/opt/parley/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/parley.db
USER 10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# http.client, for urllib would go through the proxy that HTTP_PROXY may name.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os, sys\nserver = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4)\nserver.request('GET', '/healthz')\nsys.exit(server.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve", "--migrate"]
