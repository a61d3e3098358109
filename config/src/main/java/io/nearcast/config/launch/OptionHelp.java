package io.nearcast.config.launch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.IHelpFactory;
import picocli.CommandLine.Model.OptionSpec;

/** Says in {@code --help}, below each option, its environment variable and its default. */
final class OptionHelp {
  private OptionHelp() {}

  static void install(CommandLine commandLine) {
    IHelpFactory factory =
        (spec, scheme) ->
            new Help(spec, scheme) {
              @Override
              public IOptionRenderer createDefaultOptionRenderer() {
                IOptionRenderer plain = super.createDefaultOptionRenderer();
                return (option, label, colors) ->
                    withSource(plain.render(option, label, colors), option, colors);
              }
            };
    commandLine.setHelpFactory(factory);
  }

  private static Text[][] withSource(Text[][] rows, OptionSpec option, Help.ColorScheme scheme) {
    if (!OptionSources.isSettable(option)) {
      return rows;
    }
    List<Text> row = new ArrayList<>();
    for (int i = 0; i < rows[0].length - 1; i++) {
      row.add(scheme.text(""));
    }
    row.add(scheme.text(source(option)));
    Text[][] all = Arrays.copyOf(rows, rows.length + 1);
    all[rows.length] = row.toArray(Text[]::new);
    return all;
  }

  private static String source(OptionSpec option) {
    String value = option.defaultValue();
    return "["
        + OptionSources.environmentName(option)
        + (option.required() ? "; required" : value != null ? "; default " + value : "")
        + "]";
  }
}
