package io.kestra.plugin.email;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import java.util.List;
import lombok.Getter;

/** Properties of a task that sends an email. */
@Getter
public abstract class MailTask extends BridgedTask {
    public Property<String> host;
    public Property<Integer> port;
    public Property<String> username;
    public Property<String> password;
    public Property<String> accessToken;
    public Property<TransportStrategy> transportStrategy = Property.ofValue(TransportStrategy.SMTPS);
    public Property<Integer> sessionTimeout = Property.ofValue(10000);
    public Property<Boolean> verifyServerIdentity = Property.ofValue(true);
    public Property<List<String>> trustedHosts;
    public Property<String> from;
    public Property<String> to;
    public Property<String> cc;
    public Property<String> subject;
    public Property<Object> attachments;
    public Property<Object> embeddedImages;
}
