FROM python:3.11-slim AS build
WORKDIR /source
RUN pip install --no-cache-dir "uv>=0.13,<0.14"
COPY . .
# Only what the server needs, at the versions and with the hashes of the lock.
RUN uv venv /opt/housestaff && uv pip install --python /opt/housestaff/bin/python --constraint requirements.lock .

FROM python:3.11-slim
COPY --from=build /opt/housestaff /opt/housestaff
RUN useradd --system --create-home --home-dir /var/lib/housestaff --shell /usr/sbin/nologin housestaff
USER housestaff
# Without DATABASE_URL the embedded database keeps its data here.
ENV PATH=/opt/housestaff/bin:$PATH HOUSESTAFF_HOME=/var/lib/housestaff PYTHONUNBUFFERED=1
VOLUME /var/lib/housestaff
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["housestaff"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
