package io.kestra.workbook.git;

import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jgit.api.TransportCommand;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.JDKHttpConnection;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** The way to a repository, as a task's properties describe it: log-in, keys, certificates, proxy, time limits. */
public final class GitAccess {
    private final Values values;
    private final SshKeys keys;
    private final TrustManager[] trusted;

    public GitAccess(Values values) throws Exception {
        this.values = values;
        var key = values.find("privateKey", String.class);
        this.keys = key.isPresent()
            ? new SshKeys(key.get(), values.find("passphrase", String.class).orElse(null))
            : null;
        var certificates = values.find("trustedCaPemPath", String.class).filter(path -> !path.isBlank());
        this.trusted = certificates.isPresent() ? trust(Path.of(certificates.get())) : null;
    }

    /** The repository's address, without which there is nothing to do. */
    public String url() throws TaskFailure {
        return values.text("url");
    }

    /** Gives a command all that it needs to reach the repository. */
    public <C extends TransportCommand<C, ?>> C prepare(C command) throws TaskFailure {
        var username = values.find("username", String.class);
        var password = values.find("password", String.class);
        if (username.isPresent() && password.isPresent()) {
            command.setCredentialsProvider(new UsernamePasswordCredentialsProvider(username.get(), password.get()));
        }
        int connect = values.number("connectTimeout");
        int read = values.number("readTimeout");
        boolean direct = values.find("noProxy", Boolean.class).orElse(false);
        return command.setTransportConfigCallback(transport -> configure(transport, connect, read, direct));
    }

    private void configure(Transport transport, int connect, int read, boolean direct) {
        if (transport instanceof SshTransport ssh && keys != null) {
            ssh.setSshSessionFactory(keys.sessions());
        }
        if (transport instanceof TransportHttp http) {
            http.setHttpConnectionFactory(new JDKHttpConnectionFactory() {
                @Override
                public HttpConnection create(URL url, Proxy proxy) throws IOException {
                    var connection = new Connection(url, direct ? Proxy.NO_PROXY : proxy);
                    connection.setConnectTimeout(connect);
                    connection.setReadTimeout(read);
                    return trusting(connection);
                }

                @Override
                public HttpConnection create(URL url) throws IOException {
                    return create(url, Proxy.NO_PROXY);
                }
            });
        }
    }

    private HttpConnection trusting(HttpConnection connection) throws IOException {
        if (trusted != null && connection.getURL().getProtocol().equals("https")) {
            try {
                connection.configure(null, trusted, null);
            } catch (GeneralSecurityException problem) {
                throw new IOException(problem);
            }
        }
        return connection;
    }

    private static final class Connection extends JDKHttpConnection {
        Connection(URL url, Proxy proxy) throws IOException {
            super(url, proxy);
        }
    }

    /** Trusts what Java trusts, and the certificates of a file. */
    private static TrustManager[] trust(Path file) throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null);
        List<Certificate> certificates = new ArrayList<>();
        try (InputStream stream = Files.newInputStream(file)) {
            certificates.addAll(CertificateFactory.getInstance("X.509").generateCertificates(stream));
        }
        if (certificates.isEmpty()) {
            throw new IOException("No X.509 certificate found in PEM file: " + file);
        }
        for (TrustManager known : managers(null)) {
            certificates.addAll(List.of(((X509TrustManager) known).getAcceptedIssuers()));
        }
        for (int index = 0; index < certificates.size(); index++) {
            all.setCertificateEntry("certificate-" + index, certificates.get(index));
        }
        return managers(all);
    }

    private static TrustManager[] managers(KeyStore certificates) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(certificates);
        return factory.getTrustManagers();
    }

    /** Sets the entries of `gitConfig`; an empty value removes one. */
    @SuppressWarnings("unchecked")
    public void configure(StoredConfig config, RunContext runContext) throws IOException {
        var entries = (Map<String, Object>) values.find("gitConfig", Map.class).orElse(Map.of());
        entries.forEach((key, value) -> {
            int first = key.indexOf('.');
            int last = key.lastIndexOf('.');
            if (first < 0) {
                runContext.logger().warn("`{}` in gitConfig is left out: a key is section.name or section.subsection.name", key);
                return;
            }
            String section = key.substring(0, first).toLowerCase(Locale.ROOT);
            String subsection = first == last ? null : key.substring(first + 1, last);
            String name = key.substring(last + 1);
            if (value == null || value.toString().isBlank()) {
                config.unset(section, subsection, name);
            } else if (value instanceof List<?> list) {
                config.setStringList(section, subsection, name, list.stream().map(String::valueOf).toList());
            } else {
                config.setString(section, subsection, name, value.toString().strip());
            }
        });
        if (!entries.isEmpty()) {
            config.save();
        }
    }
}
