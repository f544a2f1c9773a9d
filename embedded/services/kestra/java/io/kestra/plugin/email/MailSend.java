package io.kestra.plugin.email;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Sends an email that the flow writes. */
@Plugin(aliases = "io.kestra.plugin.notifications.mail.MailSend")
@Getter
public class MailSend extends MailTask {
    public Property<String> htmlTextContent;
    public Property<String> plainTextContent;

    @Builder
    public MailSend() {
    }
}
