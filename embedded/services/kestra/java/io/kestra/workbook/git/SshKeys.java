package io.kestra.workbook.git;

import io.kestra.workbook.TaskFailure;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.FS;

/** Logs in to SSH servers with the private key of a task alone; as officially, every server is trusted. */
final class SshKeys {
    private final List<KeyPair> keys = new ArrayList<>();

    SshKeys(String pem, String passphrase) throws TaskFailure {
        var stream = new ByteArrayInputStream((pem.strip() + "\n").getBytes(StandardCharsets.UTF_8));
        var password = passphrase == null ? FilePasswordProvider.EMPTY : FilePasswordProvider.of(passphrase);
        try {
            Iterable<KeyPair> found =
                SecurityUtils.loadKeyPairIdentities(null, NamedResource.ofName("privateKey"), stream, password);
            if (found != null) {
                found.forEach(keys::add);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException problem) {
            throw new TaskFailure("`privateKey` cannot be read: " + problem.getMessage());
        }
        if (keys.isEmpty()) {
            throw new TaskFailure("`privateKey` is no private key in PEM or OpenSSH form.");
        }
    }

    SshSessionFactory sessions() {
        File home = FS.DETECTED.userHome();
        return new SshdSessionFactoryBuilder()
            .setHomeDirectory(home)
            .setSshDirectory(new File(home, ".ssh"))
            .setPreferredAuthentications("publickey")
            .setDefaultIdentities(folder -> List.of())
            .setDefaultKeysProvider(folder -> keys)
            .setServerKeyDatabase((ownHome, folder) -> new Trusting())
            .setConnectorFactory(null)
            .build(null);
    }

    private static final class Trusting implements ServerKeyDatabase {
        @Override
        public List<PublicKey> lookup(String address, InetSocketAddress remote, Configuration configuration) {
            return List.of();
        }

        @Override
        public boolean accept(
            String address, InetSocketAddress remote, PublicKey key, Configuration configuration, CredentialsProvider ask) {
            return true;
        }
    }
}
